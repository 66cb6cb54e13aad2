"""What a node tells a monitoring system beside what consensus tells of itself (raft.runtime.metrics)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from lms_cluster.alarms import Alarm, Alarms
from lms_cluster.disk_reserve import DiskReserve
from storage.classroom import Classroom


class NodeMetrics(Collector):
    """`times_set_aside`: how often this process has set damaged files aside and begun anew."""

    def __init__(self, alarms: Alarms, disk: DiskReserve, classroom: Classroom, times_set_aside: int) -> None:
        self._alarms = alarms
        self._disk = disk
        self._classroom = classroom
        self._times_set_aside = times_set_aside

    def describe(self) -> Iterable[Metric]:
        return ()

    def collect(self) -> Iterator[Metric]:
        alarm = GaugeMetricFamily("homeroom_alarm", "What is wrong with this node", labels=["alarm"])
        for each in Alarm:
            alarm.add_metric([each.value], self._alarms.sounds(each))
        yield alarm
        yield GaugeMetricFamily(
            "homeroom_disk_free_bytes", "On the disk of the node's data", value=float(self._disk.free)
        )
        yield CounterMetricFamily(
            "homeroom_failed_entries",
            "Entries whose apply raised, refused on every node",
            value=self._classroom.failed_entries,
        )
        yield CounterMetricFamily(
            "homeroom_files_set_aside", "Damaged data given up for a snapshot", value=self._times_set_aside
        )

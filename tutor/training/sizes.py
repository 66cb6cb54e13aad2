"""The models this project trains, by name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Size:
    """One model's shape and the length of its training.

    `pretrain_tokens` and `finetune_items` are the full schedule; a budget in minutes may end it sooner, the
    pretraining taking `pretrain_share` of the time.
    """

    name: str
    width: int
    layers: int
    heads: int
    context: int
    vocabulary: int
    sources: tuple[str, ...]
    pretrain_tokens: int
    finetune_items: int
    pretrain_share: float


COMPUTING = (
    "systemsapproach", "cnp3", "cs241", "xv6", "500lines", "aosa", "sdprimer", "opendsa", "d2l",
    "sci-lectures", "cncf", "etcd", "grpc", "cockroach", "redis", "cnx-computer-architecture",
    "cnx-data-structures-and-algorithms", "cnx-high-performance-computing",
    "cnx-introduction-to-computer-science", "cnx-software-engineering",
    "cnx-programming-fundamentals-a-modular-structured-approach", "cnx-discrete-structures",
    "osx-introduction-python-programming", "osx-workplace-software-skills",
)  # fmt: skip
"""The textbooks and documentation of computing: what fits a CPU's half hour."""

SIZES = {
    size.name: size for size in (Size("tutor-4m", 192, 6, 3, 512, 8192, COMPUTING, 8_000_000, 120_000, 0.25),)
}
DEFAULT_SIZE = "tutor-4m"

"""`python -m lms_cluster.lmsctl`."""

from lms_cluster.lmsctl.command_line import main

main()

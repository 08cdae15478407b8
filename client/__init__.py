"""The program on a workstation: everything a process needs to run."""

"""The closed loop: declared once, everything else derived. See docs/architecture.md."""

from linli.core.workflow.declare import OWNER, SYSTEM, Duty, Process, Stage, Step, process_of, visible

__all__ = ["OWNER", "SYSTEM", "Duty", "Process", "Stage", "Step", "process_of", "visible"]

"""A register of any size over the demo's streets and communities, to measure with: `linli demo --scale`."""

from linli.demo.scale.growing import Size, grow

__all__ = ["Size", "grow"]

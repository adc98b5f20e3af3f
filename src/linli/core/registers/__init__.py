"""Registers: records that live on, found, counted, shown, exported and served alike from one declaration each."""

from linli.core.registers.declare import REGISTRY, Column, Facet, Key, Kind, Place, Register, Sort, declare

__all__ = ["REGISTRY", "Column", "Facet", "Key", "Kind", "Place", "Register", "Sort", "declare"]

"""The name that stands for whoever asked a question.

It is made of the question's number and of nothing else, so it can give nothing away; and the first 4,096
questions all have different ones, so that two questions with one name cannot be taken for one person's.
"""

from __future__ import annotations


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_COLOURS = _words("""
    Amber Ash Auburn Azure Beige Blue Brass Bronze Brown Cedar Cherry Clay Cobalt Copper Coral Cream
    Crimson Cyan Ebony Emerald Fawn Flint Ginger Golden Green Grey Hazel Indigo Iron Ivory Jade Khaki
    Lavender Lemon Lilac Lime Maroon Mauve Mint Moss Navy Ochre Olive Onyx Opal Orange Pearl Pewter Pink
    Plum Purple Quartz Red Rose Ruby Russet Saffron Sandy Scarlet Silver Slate Teal Violet White
""")
_ANIMALS = _words("""
    Badger Bear Beaver Bison Bittern Buzzard Camel Cat Chough Cobra Condor Crane Cricket Crow Deer
    Dolphin Dove Eagle Egret Falcon Ferret Finch Fox Gecko Goat Goose Gull Hare Hawk Hedgehog Heron
    Horse Hyena Ibis Jackal Jay Kestrel Kite Koala Lark Lemur Lion Lynx Magpie Marmot Mole Moose Newt
    Octopus Orca Osprey Otter Owl Panda Panther Puffin Rabbit Raven Robin Salmon Seal Swan Tapir Tiger
""")

_NAMES = len(_COLOURS) * len(_ANIMALS)
_STEP = 2_531
"""Odd, so that stepping by it through a power of two visits every name once before any again."""


def pseudonym(query: int) -> str:
    """For the question with this number, counted from 1."""
    place = query * _STEP % _NAMES
    name = f"{_COLOURS[place % len(_COLOURS)]} {_ANIMALS[place // len(_COLOURS)]}"
    earlier = (query - 1) // _NAMES
    return name if earlier == 0 else f"{name} {earlier + 1}"

"""`python -m worker soak`: break everything at random, then account for every job."""

from __future__ import annotations

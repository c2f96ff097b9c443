"""Chooses thresholds by measurement: right solutions, accepted variants and weak models, trained over many seeds."""

from __future__ import annotations

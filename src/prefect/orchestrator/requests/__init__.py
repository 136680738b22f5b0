"""Deciding what clients of the API propose: runs made, taken from state to state, paused and resumed by request."""

"""Lambda entry points, thin: read the event, call one service, shape the answer; one file wires them."""

"""Customers: the persons and businesses the bank serves. Who they are is sealed; that they are is not."""

"""POST /webhooks/{partner}: what a partner tells the bank."""

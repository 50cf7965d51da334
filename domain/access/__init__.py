"""Access: who acts, how they stand to what they act on, what that allows, and what needs a second person."""

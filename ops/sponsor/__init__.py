"""The sponsor bank of the local bank: it takes our files, answers, settles, returns, and errs when it is told to."""

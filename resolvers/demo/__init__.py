"""The embedded world of the demo, and the clock that moves it."""

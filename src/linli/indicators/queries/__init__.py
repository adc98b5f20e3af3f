"""Figures as they are read: periods, places, numbers from the roll-ups, and the records behind them."""

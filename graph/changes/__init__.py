"""What clients can change: for each noun the inputs, the answers, and the operations behind them."""

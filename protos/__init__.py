"""The contracts that every package shares: `.proto` files and the stubs generated from them."""

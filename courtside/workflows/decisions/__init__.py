"""What decisions about a model are made from, what they lead to, and what is kept of them."""

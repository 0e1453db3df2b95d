"""`ionto demo`: the four programs, a simulated person, and what is shown of them."""

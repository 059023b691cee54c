"""How well attacks are found and benign traffic is left alone, over labelled material, beside two peers in the same run."""

print("welcome to the new shop")

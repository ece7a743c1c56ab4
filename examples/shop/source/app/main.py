print("welcome to the shop")

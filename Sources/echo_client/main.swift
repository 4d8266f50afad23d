import EchoApp

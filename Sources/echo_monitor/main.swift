import EchoApp

EchoApp.monitor()

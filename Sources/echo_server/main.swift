import EchoApp

EchoApp.server()

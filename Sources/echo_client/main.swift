import EchoApp

EchoApp.client()

// The peer in Go: what a user of its standard library writes in the place of echo_server.
package main

import (
	"bufio"
	"fmt"
	"io"
	"log"
	"net"
	"os"
)

const (
	bufferBytes   = 64 << 10
	receiveBuffer = 4 << 20
)

var receipt = []byte("OK\n")

// flushingReader sends what is buffered before it waits for more, so that the receipts of a read go out together.
type flushingReader struct {
	reader io.Reader
	writer *bufio.Writer
}

func (f flushingReader) Read(bytes []byte) (int, error) {
	if err := f.writer.Flush(); err != nil {
		return 0, err
	}
	return f.reader.Read(bytes)
}

func acknowledge(connection net.Conn) {
	defer connection.Close()
	writer := bufio.NewWriterSize(connection, bufferBytes)
	reader := bufio.NewReaderSize(flushingReader{connection, writer}, bufferBytes)
	lines, bytes := 0, 0
	for {
		line, err := reader.ReadSlice('\n')
		bytes += len(line)
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return
		}
		lines++
		writer.Write(receipt)
	}
}

func echo(connection net.Conn) {
	defer connection.Close()
	buffer := make([]byte, bufferBytes)
	for {
		count, err := connection.Read(buffer)
		if err != nil {
			return
		}
		if _, err := connection.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func serveStreams(listener net.Listener, serve func(net.Conn)) {
	fmt.Fprintln(os.Stderr, "listening on", listener.Addr())
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection)
	}
}

func serveDatagrams(address string) {
	local, err := net.ResolveUDPAddr("udp4", address)
	if err != nil {
		log.Fatal(err)
	}
	socket, err := net.ListenUDP("udp4", local)
	if err != nil {
		log.Fatal(err)
	}
	socket.SetReadBuffer(receiveBuffer)
	fmt.Fprintln(os.Stderr, "listening on", socket.LocalAddr())
	buffer := make([]byte, bufferBytes)
	for {
		count, peer, err := socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			log.Fatal(err)
		}
		socket.WriteToUDPAddrPort(buffer[:count], peer)
	}
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: peer echo|lines tcp|udp|unix PORT|PATH")
	}
	serve := acknowledge
	if os.Args[1] == "echo" {
		serve = echo
	}
	network, address := os.Args[2], os.Args[3]
	if network != "unix" {
		address = "127.0.0.1:" + address
	}
	if network == "udp" {
		serveDatagrams(address)
	}
	listener, err := net.Listen(network, address)
	if err != nil {
		log.Fatal(err)
	}
	serveStreams(listener, serve)
}

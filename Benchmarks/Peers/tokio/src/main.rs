//! The peer on tokio: what a user of it writes in the place of echo_server.

use std::io;
use std::net::Ipv4Addr;

use memchr::memchr_iter;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UdpSocket, UnixListener};

const BUFFER_BYTES: usize = 64 << 10;
const RECEIVE_BUFFER: usize = 4 << 20;

#[derive(Clone, Copy)]
enum Job {
    Echo,
    Lines,
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, job: Job) {
    // A connection that breaks concerns nobody else.
    let _ = match job {
        Job::Echo => echo(stream).await,
        Job::Lines => acknowledge(stream).await,
    };
}

async fn echo(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let count = stream.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        stream.write_all(&buffer[..count]).await?;
    }
}

/// The receipts of what one read brought go out together.
async fn acknowledge(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
    let mut input = Vec::with_capacity(BUFFER_BYTES);
    let mut receipts = Vec::new();
    let (mut lines, mut bytes) = (0, 0);
    loop {
        // What was looked at is not looked at again.
        let seen = input.len();
        if stream.read_buf(&mut input).await? == 0 {
            break;
        }
        let mut start = 0;
        for end in memchr_iter(b'\n', &input[seen..]).map(|place| seen + place) {
            lines += 1;
            bytes += input[start..end].len();
            start = end + 1;
            receipts.extend_from_slice(b"OK\n");
        }
        input.drain(..start);
        input.reserve(BUFFER_BYTES);
        stream.write_all(&receipts).await?;
        receipts.clear();
    }
    std::hint::black_box((lines, bytes));
    Ok(())
}

async fn serve_datagrams(port: u16) -> io::Result<()> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).await?;
    SockRef::from(&socket).set_recv_buffer_size(RECEIVE_BUFFER)?;
    eprintln!("listening on {}", socket.local_addr()?);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        let (count, peer) = socket.recv_from(&mut buffer).await?;
        socket.send_to(&buffer[..count], peer).await?;
    }
}

async fn serve_tcp(port: u16, job: Job) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(stream, job));
    }
}

async fn serve_unix(path: &str, job: Job) -> io::Result<()> {
    let listener = UnixListener::bind(path)?;
    eprintln!("listening on {path}");
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(serve(stream, job));
    }
}

// One thread: there is one processor for it.
#[tokio::main(flavor = "current_thread")]
async fn main() -> io::Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [job, transport, address] = words.as_slice() else {
        eprintln!("usage: peer echo|lines tcp|udp|unix PORT|PATH");
        std::process::exit(64);
    };
    let job = if job == "echo" { Job::Echo } else { Job::Lines };
    let port = address.parse().unwrap_or(0);
    match transport.as_str() {
        "unix" => serve_unix(address, job).await,
        "udp" => serve_datagrams(port).await,
        _ => serve_tcp(port, job).await,
    }
}

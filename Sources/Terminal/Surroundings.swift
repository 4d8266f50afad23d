#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the process finds around itself: the clock as people here read it, and the environment.
package enum Surroundings {
  /// Nanoseconds since 1970, and the seconds that local time is ahead of UTC at that moment.
  package static func clock() -> (nanoseconds: Int64, offset: Int) {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var local = tm()
    localtime_r(&now.tv_sec, &local)
    return (Int64(now.tv_sec) * 1_000_000_000 + Int64(now.tv_nsec), local.tm_gmtoff)
  }

  /// What this thread has taken of its processor's time.
  package static var processorTime: Duration {
    var spent = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent)
    return .seconds(spent.tv_sec) + .nanoseconds(spent.tv_nsec)
  }

  /// Reads the file that tells the local time, which `clock` would otherwise do when it is first asked.
  package static func loadTimeZone() { tzset() }

  /// A variable of the environment; an empty one counts as none.
  package static func variable(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  /// The sockets that a service manager has bound for this process (sd_listen_fds(3)), of which there is to be told once:
  /// nobody that this process starts is meant.
  package static func takePassedDescriptors() -> [CInt] {
    let isMeant = variable("LISTEN_PID").flatMap(pid_t.init) == getpid()
    let count = variable("LISTEN_FDS").flatMap(CInt.init) ?? 0
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
    return isMeant && (1...1024).contains(count) ? Array(3..<(3 + count)) : []
  }
}

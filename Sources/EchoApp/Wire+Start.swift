import Terminal
import Wire

extension WireServer {
  /// Starts a server whose news wakes whoever waits on `wake`.
  static func start(
    _ configuration: ServerConfiguration,
    confinement: Confinement?,
    recorder: Recorder? = nil,
    control: ControlConfiguration? = nil,
    rightOfWay: RightOfWay = RightOfWay(),
    waking wake: WakeDescriptor
  ) throws(Failure) -> WireServer {
    do throws(WireError) {
      return try start(
        configuration,
        confinement: confinement,
        recorder: recorder,
        control: control,
        rightOfWay: rightOfWay
      ) { wake.signal() }
    } catch {
      throw Failure(listening: error)
    }
  }
}

extension WireClient {
  /// Starts a client whose news wakes whoever waits on `wake`.
  static func start(
    _ configuration: ClientConfiguration,
    recorder: ClientRecorder? = nil,
    waking wake: WakeDescriptor
  ) throws(Failure) -> WireClient {
    do throws(WireError) {
      return try start(configuration, recorder: recorder) { wake.signal() }
    } catch {
      throw Failure(error)
    }
  }
}

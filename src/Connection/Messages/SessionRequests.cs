using LucidSsh.Wire;

namespace LucidSsh.Connection;

/// <summary>The part of a channel request that depends on its type: both directions in one place.</summary>
internal interface IRequestBody<TSelf>
    where TSelf : IRequestBody<TSelf>
{
    /// <summary>The request type.</summary>
    static abstract string RequestType { get; }

    static abstract TSelf Read(scoped ref SshReader reader);

    void Write(scoped ref SshWriter writer);
}

/// <summary>Encodes and decodes request bodies.</summary>
internal static class RequestBody
{
    public static byte[] Encode<TBody>(in TBody body)
        where TBody : IRequestBody<TBody>
    {
        WireBuffer buffer = new();
        SshWriter writer = new(buffer);
        body.Write(ref writer);
        return buffer.Written.ToArray();
    }

    /// <exception cref="PeerMisbehavedException">The body does not have the fields its type gives it.</exception>
    public static TBody Decode<TBody>(ReadOnlySpan<byte> data)
        where TBody : IRequestBody<TBody>
    {
        SshReader reader = new(data);
        TBody body = TBody.Read(ref reader);
        if (!reader.Complete())
            throw new PeerMisbehavedException(SshErrorCode.Malformed, $"The peer sent a malformed {TBody.RequestType} request: {reader.Fault}.");
        return body;
    }
}

/* RFC 4254 section 6.5
     string    command */
internal readonly record struct ExecRequest(string Command) : IRequestBody<ExecRequest>
{
    public static string RequestType => "exec";
    public static ExecRequest Read(scoped ref SshReader reader) => new(reader.Text("command", WireLimits.PacketLength));
    public void Write(scoped ref SshWriter writer) => writer.Text(Command);
}

/* RFC 4254 section 6.5: no fields */
internal readonly record struct ShellRequest : IRequestBody<ShellRequest>
{
    public static string RequestType => "shell";
    public static ShellRequest Read(scoped ref SshReader reader) => default;

    public void Write(scoped ref SshWriter writer)
    {
    }
}

/* RFC 4254 section 6.5
     string    subsystem name */
internal readonly record struct SubsystemRequest(string Name) : IRequestBody<SubsystemRequest>
{
    public static string RequestType => "subsystem";
    public static SubsystemRequest Read(scoped ref SshReader reader) => new(reader.Text("subsystem name"));
    public void Write(scoped ref SshWriter writer) => writer.Text(Name);
}

/* RFC 4254 section 6.4
     string    variable name
     string    variable value */
internal readonly record struct EnvironmentRequest(string Name, string Value) : IRequestBody<EnvironmentRequest>
{
    public static string RequestType => "env";
    public static EnvironmentRequest Read(scoped ref SshReader reader) => new(reader.Text("variable name"), reader.Text("variable value"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Name);
        writer.Text(Value);
    }
}

/* RFC 4254 section 6.2
     string    TERM environment variable value
     uint32    terminal width, characters
     uint32    terminal height, rows
     uint32    terminal width, pixels
     uint32    terminal height, pixels
     string    encoded terminal modes */
internal readonly record struct PseudoTerminalRequest(
    string Term, uint Columns, uint Rows, uint WidthPixels, uint HeightPixels, byte[] Modes) : IRequestBody<PseudoTerminalRequest>
{
    public static string RequestType => "pty-req";

    public static PseudoTerminalRequest Read(scoped ref SshReader reader) => new(
        reader.Text("TERM"),
        reader.UInt32("terminal width, characters"),
        reader.UInt32("terminal height, rows"),
        reader.UInt32("terminal width, pixels"),
        reader.UInt32("terminal height, pixels"),
        reader.String("encoded terminal modes", WireLimits.Text).ToArray());

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(Term);
        writer.UInt32(Columns);
        writer.UInt32(Rows);
        writer.UInt32(WidthPixels);
        writer.UInt32(HeightPixels);
        writer.String(Modes);
    }
}

/* RFC 4254 section 6.7
     uint32    terminal width, columns
     uint32    terminal height, rows
     uint32    terminal width, pixels
     uint32    terminal height, pixels */
internal readonly record struct WindowChangeRequest(uint Columns, uint Rows, uint WidthPixels, uint HeightPixels) : IRequestBody<WindowChangeRequest>
{
    public static string RequestType => "window-change";

    public static WindowChangeRequest Read(scoped ref SshReader reader) => new(
        reader.UInt32("terminal width, columns"),
        reader.UInt32("terminal height, rows"),
        reader.UInt32("terminal width, pixels"),
        reader.UInt32("terminal height, pixels"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.UInt32(Columns);
        writer.UInt32(Rows);
        writer.UInt32(WidthPixels);
        writer.UInt32(HeightPixels);
    }
}

/* RFC 4254 section 6.9
     string    signal name (without the "SIG" prefix) */
internal readonly record struct SignalRequest(string SignalName) : IRequestBody<SignalRequest>
{
    public static string RequestType => "signal";
    public static SignalRequest Read(scoped ref SshReader reader) => new(reader.Text("signal name", WireLimits.Name));
    public void Write(scoped ref SshWriter writer) => writer.Text(SignalName);
}

/* RFC 4254 section 6.10
     uint32    exit_status */
internal readonly record struct ExitStatusRequest(uint ExitStatus) : IRequestBody<ExitStatusRequest>
{
    public static string RequestType => "exit-status";
    public static ExitStatusRequest Read(scoped ref SshReader reader) => new(reader.UInt32("exit_status"));
    public void Write(scoped ref SshWriter writer) => writer.UInt32(ExitStatus);
}

/* RFC 4254 section 6.10
     string    signal name (without the "SIG" prefix)
     boolean   core dumped
     string    error message in ISO-10646 UTF-8 encoding
     string    language tag */
internal readonly record struct ExitSignalRequest(string SignalName, bool CoreDumped, string ErrorMessage, string LanguageTag) : IRequestBody<ExitSignalRequest>
{
    public static string RequestType => "exit-signal";

    public static ExitSignalRequest Read(scoped ref SshReader reader) => new(
        reader.Text("signal name", WireLimits.Name), reader.Boolean("core dumped"), reader.Text("error message"), reader.Text("language tag"));

    public void Write(scoped ref SshWriter writer)
    {
        writer.Text(SignalName);
        writer.Boolean(CoreDumped);
        writer.Text(ErrorMessage);
        writer.Text(LanguageTag);
    }
}

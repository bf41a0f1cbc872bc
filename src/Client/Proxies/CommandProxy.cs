using System.ComponentModel;
using System.Diagnostics;
using System.IO.Pipelines;
using LucidSsh.Tracing;
using LucidSsh.Wire;

namespace LucidSsh.Client;

/// <summary>A program whose standard input and output lead to the target.</summary>
internal sealed class CommandProxy : Proxy
{
    // What a program may take to end by itself once its input is closed, before it is ended.
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(300);

    // What it may take to be gone once its output is closed, so that its status can be told.
    private static readonly TimeSpan ExitWait = TimeSpan.FromSeconds(2);

    private readonly IReadOnlyList<string> _command;
    private readonly Action<string>? _standardError;

    public CommandProxy(IReadOnlyList<string> command, Action<string>? standardError)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (command.Count == 0 || command[0].Length == 0)
            throw new LocalMisuseException(SshErrorCode.Misuse, "A proxy command has no program.");
        (_command, _standardError) = ([.. command], standardError);
    }

    public override string ToString() => $"proxy command \"{TerminalText.OneLine(string.Join(' ', _command), 120)}\"";

    internal override Task<IDuplexPipe> ConnectAsync(SshTarget target, SshClientOptions options, Tracer tracer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Process process = new()
        {
            StartInfo = new ProcessStartInfo(_command[0], _command.Skip(1)) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        try
        {
            process.Start();
        }
        catch (Win32Exception exception)
        {
            process.Dispose();
            LocalMisuseException failure = new(SshErrorCode.ProxyMisbehaved, $"The program cannot be started: {exception.Message}.", "Check its path.", exception) { FailedHop = ToString() };
            tracer.Failed(failure);
            throw failure;
        }

        LastLines errors = new(_standardError);
        Task reading = errors.ReadAsync(process.StandardError);
        Streams streams = new(PipeReader.Create(process.StandardOutput.BaseStream), PipeWriter.Create(process.StandardInput.BaseStream));
        return Task.FromResult<IDuplexPipe>(new TunnelPipe(streams, _ => ExplainAsync(process, errors, reading), () => EndAsync(process)));
    }

    // A program that fails says why on its standard error, and by its status; one that ends with 0 passes on that the far end closed.
    private async ValueTask<SshException?> ExplainAsync(Process process, LastLines errors, Task reading)
    {
        using CancellationTokenSource patience = new(ExitWait);
        try
        {
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            await reading.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or InvalidOperationException)
        {
            return null; // it still runs, or has been ended by this side
        }

        if (process.ExitCode == 0)
            return null;
        string said = errors.Text is { Length: > 0 } text ? $", saying \"{text}\"" : " without a word";
        return new TransportLostException(SshErrorCode.ProxyMisbehaved, $"The program ended with status {process.ExitCode}{said}.", "Try the command by itself: the server's identification line (SSH-2.0-…) should appear.")
        {
            FailedHop = ToString(),
        };
    }

    private static async ValueTask EndAsync(Process process)
    {
        try
        {
            await process.StandardInput.BaseStream.DisposeAsync().ConfigureAwait(false); // the transport may have done it already
            using CancellationTokenSource patience = new(Grace);
            await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        process.Dispose();
    }

    private sealed record Streams(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

/// <summary>Reads a program's standard error to its end and keeps the last of it.</summary>
internal sealed class LastLines(Action<string>? line)
{
    private const int Most = 5;
    private const int Longest = 500; // characters of a line; longer ones are cut into several
    private readonly Queue<string> _lines = new();
    private readonly Lock _gate = new();

    /// <summary>The last lines as one, made safe for a terminal.</summary>
    public string Text
    {
        get
        {
            lock (_gate)
                return string.Join(" / ", _lines);
        }
    }

    public async Task ReadAsync(StreamReader reader)
    {
        char[] buffer = new char[Longest];
        int length = 0;
        try
        {
            while (await reader.ReadAsync(buffer.AsMemory(length)).ConfigureAwait(false) is > 0 and int read)
            {
                length += read;
                int end;
                while ((end = buffer.AsSpan(0, length).IndexOf('\n')) >= 0)
                {
                    Add(new string(buffer, 0, end));
                    length -= end + 1;
                    buffer.AsSpan(end + 1, length).CopyTo(buffer);
                }

                if (length == buffer.Length)
                {
                    Add(new string(buffer));
                    length = 0;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException or InvalidOperationException or OperationCanceledException)
        {
            // The program was ended; what it has said is kept.
        }

        if (length > 0)
            Add(new string(buffer, 0, length));
    }

    private void Add(string text)
    {
        string safe = TerminalText.OneLine(text, Longest);
        if (safe.Length == 0)
            return;
        lock (_gate)
        {
            if (_lines.Count == Most)
                _lines.Dequeue();
            _lines.Enqueue(safe);
        }

        line?.Invoke(safe);
    }
}

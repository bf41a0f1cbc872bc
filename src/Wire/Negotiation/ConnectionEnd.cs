namespace LucidSsh.Wire;

/// <summary>Who can end a connection.</summary>
public enum ConnectionSide
{
    /// <summary>The client.</summary>
    Client,

    /// <summary>The server.</summary>
    Server,

    /// <summary>Neither: the network between them broke.</summary>
    Network,
}

/// <summary>How a connection ended.</summary>
/// <param name="By">Who ended it.</param>
/// <param name="Code">Why, as this side sees it.</param>
/// <param name="Sentence">The same in words.</param>
public sealed record ConnectionEnd(ConnectionSide By, SshErrorCode Code, string Sentence)
{
    /// <summary>The number of <see cref="Code"/>.</summary>
    public int Number => (int)Code;

    /// <summary>The reason given in the DISCONNECT message (RFC 4253 section 11.1), whoever sent it; null where there was none.</summary>
    public DisconnectReason? Reason { get; init; }

    /// <summary>The text of that message, made safe for a terminal; null where there was none.</summary>
    public string? Text { get; init; }
}

using LucidSsh.Tracing;

namespace LucidSsh.Sftp;

/// <summary>The server greeted: the SFTP session is open.</summary>
internal readonly record struct SftpStarted(uint Version, string Extensions) : ITraceEvent
{
    public static string Name => "started";
    public static TraceMask Category => TraceMask.Sftp;

    public void Describe(ITraceFields fields)
    {
        fields.Add("version", Version);
        fields.Add("extensions", Extensions);
    }
}

/// <summary>A request was sent.</summary>
internal readonly record struct SftpRequestSent(uint Id, SftpPacketType Type, int Bytes) : ITraceEvent
{
    public static string Name => "request sent";
    public static TraceMask Category => TraceMask.Sftp;

    public void Describe(ITraceFields fields)
    {
        fields.Add("id", Id);
        fields.Add("type", Type.ToString());
        fields.Add("bytes", Bytes);
    }
}

/// <summary>The reply to a request came, so long after the request was sent.</summary>
internal readonly record struct SftpReplyReceived(uint Id, SftpPacketType Request, SftpPacketType Type, int Bytes, long Microseconds) : ITraceEvent
{
    public static string Name => "reply received";
    public static TraceMask Category => TraceMask.Sftp;

    public void Describe(ITraceFields fields)
    {
        fields.Add("id", Id);
        fields.Add("request", Request.ToString());
        fields.Add("type", Type.ToString());
        fields.Add("bytes", Bytes);
        fields.Add("microseconds", Microseconds);
    }
}

/// <summary>A status other than success, with the text that libssh2 throws away.</summary>
internal readonly record struct SftpStatusReceived(uint Id, SftpStatusCode Code, string Text) : ITraceEvent
{
    public static string Name => "status";
    public static TraceMask Category => TraceMask.Sftp;

    public void Describe(ITraceFields fields)
    {
        fields.Add("id", Id);
        fields.Add("code", (long)Code);
        fields.Add("meaning", SftpStatusCodes.Describe(Code));
        fields.Add("text", Text);
    }
}

/// <summary>A request was answered, in so much time.</summary>
internal readonly record struct SftpRequestServed(uint Id, SftpPacketType Type, SftpStatusCode Code, long Microseconds) : ITraceEvent
{
    public static string Name => "request served";
    public static TraceMask Category => TraceMask.Sftp;

    public void Describe(ITraceFields fields)
    {
        fields.Add("id", Id);
        fields.Add("type", Type.ToString());
        fields.Add("code", (long)Code);
        fields.Add("microseconds", Microseconds);
    }
}

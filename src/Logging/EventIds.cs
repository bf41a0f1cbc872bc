using System.Collections.Frozen;
using LucidSsh.Tracing;
using Microsoft.Extensions.Logging;

namespace LucidSsh.Logging;

/// <summary>The stable numbers of the events, a hundred for each layer. A number is never given to another event; a new event gets the
/// next one of its layer.</summary>
internal static class EventIds
{
    private static readonly FrozenDictionary<(TraceMask Category, string Name), int> Numbers = new Dictionary<(TraceMask, string), int>
    {
        [(TraceMask.None, "dropped events")] = 1,
        [(TraceMask.Transport, "debug message")] = 101,
        [(TraceMask.Transport, "disconnect received")] = 102,
        [(TraceMask.Transport, "identification received")] = 103,
        [(TraceMask.Transport, "identification sent")] = 104,
        [(TraceMask.Transport, "message received")] = 105,
        [(TraceMask.Transport, "message sent")] = 106,
        [(TraceMask.Transport, "packet dropped")] = 107,
        [(TraceMask.Transport, "packet received")] = 108,
        [(TraceMask.Transport, "packet sent")] = 109,
        [(TraceMask.Transport, "peer does not implement our packet")] = 110,
        [(TraceMask.Transport, "connection turned away")] = 111,
        [(TraceMask.KeyExchange, "agreed")] = 201,
        [(TraceMask.KeyExchange, "extension")] = 202,
        [(TraceMask.KeyExchange, "group")] = 203,
        [(TraceMask.KeyExchange, "host key")] = 204,
        [(TraceMask.KeyExchange, "key exchange started")] = 205,
        [(TraceMask.KeyExchange, "message received")] = 206,
        [(TraceMask.KeyExchange, "message sent")] = 207,
        [(TraceMask.KeyExchange, "new keys in use")] = 208,
        [(TraceMask.KeyExchange, "host certificate")] = 209,
        [(TraceMask.KeyExchange, "host key trusted")] = 210,
        [(TraceMask.KeyExchange, "host keys told")] = 211,
        [(TraceMask.Authentication, "banner")] = 301,
        [(TraceMask.Authentication, "credential unusable")] = 302,
        [(TraceMask.Authentication, "login answered")] = 303,
        [(TraceMask.Authentication, "login requested")] = 304,
        [(TraceMask.Authentication, "message received")] = 305,
        [(TraceMask.Authentication, "message sent")] = 306,
        [(TraceMask.Authentication, "prompts")] = 307,
        [(TraceMask.Authentication, "service requested")] = 308,
        [(TraceMask.Authentication, "key refused")] = 309,
        [(TraceMask.Authentication, "source penalised")] = 310,
        [(TraceMask.Connection, "channel ending")] = 401,
        [(TraceMask.Connection, "channel open requested")] = 402,
        [(TraceMask.Connection, "channel opened")] = 403,
        [(TraceMask.Connection, "channel refused")] = 404,
        [(TraceMask.Connection, "keepalive sent")] = 405,
        [(TraceMask.Connection, "message received")] = 406,
        [(TraceMask.Connection, "message sent")] = 407,
        [(TraceMask.Connection, "request answered")] = 408,
        [(TraceMask.Connection, "request received")] = 409,
        [(TraceMask.Connection, "request sent")] = 410,
        [(TraceMask.Connection, "window adjust")] = 411,
        [(TraceMask.Sftp, "reply received")] = 601,
        [(TraceMask.Sftp, "request sent")] = 602,
        [(TraceMask.Sftp, "request served")] = 603,
        [(TraceMask.Sftp, "started")] = 604,
        [(TraceMask.Sftp, "status")] = 605,
        [(TraceMask.Error, "failure")] = 701,
        [(TraceMask.PublicKey, "agent answered")] = 801,
        [(TraceMask.PublicKey, "agent connected")] = 802,
        [(TraceMask.PublicKey, "agent request sent")] = 803,
        [(TraceMask.PublicKey, "agent request served")] = 804,
        [(TraceMask.Socket, "read")] = 901,
        [(TraceMask.Socket, "written")] = 902,
        [(TraceMask.Socket, "connected")] = 903,
    }.ToFrozenDictionary();

    /// <summary>The event's number and name; 0 for an event that is not the library's.</summary>
    public static EventId Of(TraceMask category, string name) => new(Numbers.GetValueOrDefault((category, name)), name);
}

using System.Collections.Immutable;
using LucidSsh.Wire;

namespace LucidSsh.Agent;

/// <summary>What an agent must see to while it holds a key (RFC 9987). An agent that cannot keep one refuses the
/// key.</summary>
public sealed record AgentConstraints
{
    /// <summary>No constraints.</summary>
    public static AgentConstraints None { get; } = new();

    /// <summary>How long the key stays, 1 second to 136 years, in whole seconds; null is for ever.</summary>
    public TimeSpan? Lifetime { get; init; }

    /// <summary>A person is asked before each signature.</summary>
    public bool Confirm { get; init; }

    /// <summary>Constraints outside the standard, as they travel; each name once.</summary>
    public ImmutableArray<AgentConstraintExtension> Extensions { get; init; } = [];

    /// <summary>True where there is none.</summary>
    internal bool IsEmpty => Lifetime is null && !Confirm && Extensions.IsEmpty;

    private const byte LifetimeNumber = 1;
    private const byte ConfirmNumber = 2;
    private const byte ExtensionNumber = 255;

    /* RFC 9987
         byte      constraint type
         byte[]    its data: 1 lifetime, uint32 seconds; 2 confirm, nothing; 255 extension, string name and what follows from it */
    internal void Write(scoped ref SshWriter writer)
    {
        if (Lifetime is { } lifetime)
        {
            writer.Byte(LifetimeNumber);
            writer.UInt32((uint)Math.Clamp(Math.Ceiling(lifetime.TotalSeconds), 1, uint.MaxValue));
        }

        if (Confirm)
            writer.Byte(ConfirmNumber);
        foreach (AgentConstraintExtension extension in Extensions)
        {
            writer.Byte(ExtensionNumber);
            writer.Text(extension.Name);
            writer.Bytes(extension.Data.Span);
        }
    }

    /// <summary>Reads constraints up to the end. Where one ends can be told only where its kind is known, so an unknown kind is a fault
    /// (it would be dropped otherwise: CVE-2026-39832), and an unknown extension takes all that is left and is refused by who holds
    /// keys.</summary>
    internal static AgentConstraints Read(scoped ref SshReader reader)
    {
        AgentConstraints read = None;
        while (reader.Remaining > 0)
        {
            byte type = reader.Byte("constraint type");
            switch (type)
            {
                case LifetimeNumber when read.Lifetime is null:
                    uint seconds = reader.UInt32("lifetime");
                    if (seconds == 0)
                        reader.Fail("lifetime is 0 seconds");
                    read = read with { Lifetime = TimeSpan.FromSeconds(seconds) };
                    break;
                case ConfirmNumber when !read.Confirm:
                    read = read with { Confirm = true };
                    break;
                case ExtensionNumber:
                    read = read with { Extensions = read.Extensions.Add(ReadExtension(ref reader)) };
                    break;
                default:
                    reader.Fail(type is LifetimeNumber or ConfirmNumber ? $"constraint {type} stands there twice" : $"constraint {type} is not known");
                    break;
            }
        }

        return read;
    }

    private static AgentConstraintExtension ReadExtension(scoped ref SshReader reader)
    {
        string name = reader.Name("constraint name");
        if (name != DestinationConstraints.ExtensionName)
            return new AgentConstraintExtension(name, reader.Rest().ToArray());
        WireBuffer data = new();
        new SshWriter(data).String(reader.String("destination constraints"));
        return new AgentConstraintExtension(name, data.Written.ToArray());
    }
}

/// <summary>A constraint outside the standard.</summary>
/// <param name="Name">For example <c>restrict-destination-v00@openssh.com</c>.</param>
/// <param name="Data">What follows the name on the wire.</param>
public readonly record struct AgentConstraintExtension(string Name, ReadOnlyMemory<byte> Data);

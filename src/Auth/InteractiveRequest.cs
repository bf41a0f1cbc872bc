using System.Collections.Immutable;

namespace LucidSsh.Auth;

/// <summary>One question of a keyboard-interactive login (RFC 4256 section 3.2).</summary>
/// <param name="Text">The question, for example <c>Password: </c>.</param>
/// <param name="Echo">True where the answer may be shown while it is typed.</param>
public sealed record InteractivePrompt(string Text, bool Echo);

/// <summary>One round of questions (RFC 4256 section 3.2). In a client the texts come from the server: control characters are
/// taken out of them, so that they can be written to a terminal.</summary>
/// <param name="Name">A headline; often empty.</param>
/// <param name="Instruction">What the user should know first; often empty.</param>
/// <param name="Prompts">The questions; none where the server only wants its instruction shown. At most 64.</param>
public sealed record InteractiveRequest(string Name, string Instruction, ImmutableArray<InteractivePrompt> Prompts);

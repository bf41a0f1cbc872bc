using System.Text.RegularExpressions;

namespace LucidSsh.Tests.Disassembly;

/// <summary>What in a method's machine code may take a time, or a way, that depends on data.</summary>
/// <param name="Loops">Conditional jumps backwards.</param>
/// <param name="Guards">Conditional jumps to where an exception is thrown, or over that place: bounds and arguments.</param>
/// <param name="Branches">All other conditional jumps.</param>
/// <param name="Divisions">Division instructions.</param>
internal readonly record struct Findings(int Loops, int Guards, int Branches, int Divisions)
{
    /// <summary>How nothing found is written.</summary>
    public const string None = "-";

    public static Findings operator +(Findings a, Findings b) =>
        new(a.Loops + b.Loops, a.Guards + b.Guards, a.Branches + b.Branches, a.Divisions + b.Divisions);

    public override string ToString()
    {
        (char Letter, int Count)[] parts = [('l', Loops), ('g', Guards), ('b', Branches), ('d', Divisions)];
        string text = string.Join(' ', parts.Where(part => part.Count > 0).Select(part => $"{part.Letter}{part.Count}"));
        return text.Length == 0 ? None : text;
    }
}

/// <summary>A call.</summary>
/// <param name="Name">Class:Method, without namespaces and parameters.</param>
/// <param name="IsOwn">Whether it stays within the cryptography.</param>
internal readonly record struct Callee(string Name, bool IsOwn);

/// <summary>One method of the listing that DOTNET_JitDisasm makes.</summary>
/// <param name="Name">Class:Method(parameters), without namespaces.</param>
/// <param name="Findings">Its jumps and divisions.</param>
/// <param name="Calls">Whom it calls, but for what only throws.</param>
internal sealed partial record MachineCode(string Name, Findings Findings, IReadOnlySet<Callee> Calls)
{
    private const string Namespace = "LucidSsh.Crypto.";

    /// <summary>A run of instructions that is entered at its start alone and left at its end alone.</summary>
    private sealed record Block(string Label, List<(string Mnemonic, string Operand)> Instructions)
    {
        /// <summary>Whether it ends with a call that does not return, after which the compiler puts a breakpoint.</summary>
        public bool Throws => Instructions is [.., ("call", _), ("int3", _)];

        /// <summary>Whether it is a question of the runtime's own, whatever the data: is the stack unharmed, does the garbage
        /// collector wait?</summary>
        public bool IsRuntimes => Instructions is [("call", "CORINFO_HELP_FAIL_FAST" or "[CORINFO_HELP_STOP_FOR_GC]" or "CORINFO_HELP_POLL_GC"), ..];
    }

    /// <summary>The class of the method, without nesting and arguments.</summary>
    public string Class => ClassOf(Name);

    /// <summary>Class:Method, as callees are named.</summary>
    public string ShortName => GenericArguments().Replace(Name[..Name.IndexOf('(', StringComparison.Ordinal)], "");

    /// <summary>The calls that leave the checked code, a class left out of the check being outside too.</summary>
    public IEnumerable<string> CallsOutside(IReadOnlyDictionary<string, string> leftOut) =>
        Calls.Where(callee => !callee.IsOwn || leftOut.ContainsKey(ClassOf(callee.Name))).Select(callee => callee.Name);

    /// <summary>The class of a method's or a callee's name, without nesting and arguments.</summary>
    public static string ClassOf(string name) => name[..name.IndexOfAny([':', '+', '['])];

    /// <summary>The methods of the cryptography in a listing.</summary>
    public static IEnumerable<MachineCode> Read(IEnumerable<string> listing)
    {
        string? name = null;
        List<Block> blocks = [];
        foreach (string line in listing)
        {
            if (Heading().Match(line) is { Success: true } heading)
            {
                if (name is not null)
                    yield return Examine(name, blocks);
                string full = heading.Groups["name"].Value;
                name = full.StartsWith(Namespace, StringComparison.Ordinal) ? NamespaceOrArity().Replace(full, "") : null;
                blocks = [];
            }
            else if (Label().Match(line) is { Success: true } label)
            {
                blocks.Add(new Block(label.Groups[1].Value, []));
            }
            else if (Instruction().Match(line) is { Success: true } instruction && blocks.Count > 0)
            {
                string mnemonic = instruction.Groups["mnemonic"].Value;
                blocks[^1].Instructions.Add((mnemonic, instruction.Groups["operand"].Value));
                if (IsConditionalJump(mnemonic))
                    blocks.Add(new Block("", []));
            }
        }

        if (name is not null)
            yield return Examine(name, blocks);
    }

    /// <summary>Two overloads that the listing names alike, since it does not tell pointers apart.</summary>
    public static MachineCode Join(MachineCode a, MachineCode b) =>
        new(a.Name, a.Findings + b.Findings, a.Calls.Union(b.Calls).ToHashSet());

    private static MachineCode Examine(string name, List<Block> blocks)
    {
        Dictionary<string, int> places = blocks.Select((block, index) => (block.Label, index)).Where(it => it.Label.Length > 0).ToDictionary();
        int loops = 0, guards = 0, branches = 0, divisions = 0;
        HashSet<Callee> calls = [];
        for (int i = 0; i < blocks.Count; i++)
        {
            foreach ((string mnemonic, string operand) in blocks[i].Instructions)
            {
                if (mnemonic is "div" or "idiv")
                    divisions++;
                else if (IsConditionalJump(mnemonic))
                    CountJump(operand.Replace("SHORT ", "", StringComparison.Ordinal).Trim(), i);
                else if (IsCall(mnemonic, operand) && !blocks[i].Throws)
                    calls.Add(CalleeOf(operand));
            }
        }

        return new MachineCode(name, new Findings(loops, guards, branches, divisions), calls);

        void CountJump(string label, int from)
        {
            if (label.StartsWith('-'))
                return; // by a number of instructions: the loop that zeroes a large frame at the start
            int target = places[label];
            Block next = blocks[from + 1];
            if (blocks[target].IsRuntimes || next.IsRuntimes)
                return;
            if (blocks[target].Throws || next.Throws)
                guards++;
            else if (target <= from)
                loops++;
            else
                branches++;
        }
    }

    private static bool IsConditionalJump(string mnemonic) => mnemonic[0] == 'j' && mnemonic != "jmp";

    private static bool IsCall(string mnemonic, string operand) =>
        mnemonic is "call" or "tail.jmp" or "rex.jmp" && !operand.StartsWith("G_M", StringComparison.Ordinal);

    /// <summary>A call through a register or a table has its target's name behind the address.</summary>
    private static Callee CalleeOf(string operand)
    {
        string target = Address().Replace(operand, "").Trim('[', ']');
        string name = target.Contains(':', StringComparison.Ordinal) ? target[..EndOfName(target)] : target;
        return new Callee(GenericArguments().Replace(NamespaceOrArity().Replace(name, ""), ""), target.StartsWith(Namespace, StringComparison.Ordinal));
    }

    private static int EndOfName(string method) =>
        method.IndexOf('(', StringComparison.Ordinal) is var parameters and > 0 ? parameters : method.Length;

    [GeneratedRegex(@"^; Assembly listing for method (?<name>.+) \([^()]+\)$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^(G_M\w+):")]
    private static partial Regex Label();

    [GeneratedRegex(@"^\s+(?<mnemonic>[a-z][a-z0-9.]*)\s*(?<operand>.*?)\s*$")]
    private static partial Regex Instruction();

    [GeneratedRegex(@"^\[r\w+([+-]0x\w+)?\]|^r\w+ ; ")]
    private static partial Regex Address();

    [GeneratedRegex(@"\[[^\[\]]*(\[[^\[\]]*\])*[^\[\]]*\]")]
    private static partial Regex GenericArguments();

    [GeneratedRegex(@"\b(?:[A-Za-z]\w*\.)+(?=[A-Za-z<])|`\d+")]
    private static partial Regex NamespaceOrArity();
}

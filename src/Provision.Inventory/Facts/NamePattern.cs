using System.Globalization;
using System.Runtime.CompilerServices;

namespace Provision.Inventory;

/// <summary>
/// A name with placeholders, such as <c>{short}d1t{nn}</c>. Allowed are <c>{host}</c>, <c>{short}</c>, <c>{number}</c> (of the host), and for repeated items
/// <c>{n}</c> (from 1) and <c>{nn}</c> (two digits).
/// </summary>
public sealed class NamePattern
{
    private static readonly string[] Names = ["host", "short", "number", "n", "nn"];
    private readonly List<(string Literal, Placeholder After)> parts;

    private NamePattern(string text, List<(string, Placeholder)> parts)
    {
        Text = text;
        this.parts = parts;
    }

    private enum Placeholder
    {
        Host,
        Short,
        Number,
        N,
        Nn,
        Nothing,
    }

    /// <summary>The pattern as written.</summary>
    public string Text { get; }

    /// <summary>True if the items of one run get different names.</summary>
    public bool Counts => Has(Placeholder.N) || Has(Placeholder.Nn);

    /// <summary>True if the pattern needs the host's number.</summary>
    public bool NeedsNumber => Has(Placeholder.Number);

    /// <summary>Creates a pattern without placeholders.</summary>
    public static NamePattern Literally(string text) => new(text, [(text, Placeholder.Nothing)]);

    /// <summary>Parses a pattern; returns null if it is invalid, with the reason in <paramref name="error"/>.</summary>
    public static NamePattern? TryParse(string text, out (string Message, string? Hint)? error)
    {
        error = null;
        var read = new List<(string, Placeholder)>();
        var position = 0;
        while (true)
        {
            var open = text.AsSpan(position).IndexOfAny('{', '}');
            if (open < 0)
            {
                read.Add((text[position..], Placeholder.Nothing));
                return new NamePattern(text, read);
            }

            open += position;
            var close = text.IndexOf('}', open);
            if (text[open] == '}' || close < 0)
            {
                error = ($"the pattern \"{text}\" has a brace without its partner", null);
                return null;
            }

            var name = text[(open + 1)..close];
            var known = Array.IndexOf(Names, name);
            if (known < 0)
            {
                error = ($"unknown placeholder \"{{{name}}}\" in the pattern \"{text}\"",
                    NearestName.Hint($"{{{name}}}", Array.ConvertAll(Names, static known => $"{{{known}}}"))
                        ?? "known are {host}, {short}, {number}, {n} and {nn}");
                return null;
            }

            read.Add((text[position..open], (Placeholder)known));
            position = close + 1;
        }
    }

    /// <summary>
    /// Expands the name of the <paramref name="n"/>th item (from 1) on a host. If the host has no number, <c>{number}</c> expands to nothing.
    /// </summary>
    public string Expand(Host host, int n)
    {
        var name = new DefaultInterpolatedStringHandler(0, 0, CultureInfo.InvariantCulture, stackalloc char[256]);
        foreach (var (literal, placeholder) in parts)
        {
            name.AppendLiteral(literal);
            switch (placeholder)
            {
                case Placeholder.Host:
                    name.AppendLiteral(host.Name);
                    break;
                case Placeholder.Short:
                    name.AppendLiteral(host.ShortName);
                    break;
                case Placeholder.Number:
                    name.AppendFormatted(host.Number);
                    break;
                case Placeholder.N:
                    name.AppendFormatted(n);
                    break;
                case Placeholder.Nn:
                    name.AppendFormatted(n, "00");
                    break;
                default:
                    break;
            }
        }

        return name.ToStringAndClear();
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private bool Has(Placeholder wanted)
    {
        foreach (var (_, placeholder) in parts)
        {
            if (placeholder == wanted)
            {
                return true;
            }
        }

        return false;
    }
}

using System.Text;

namespace Provision.Configuration.Plans;

/// <summary>Finds secrets in a text in the forms that programs print: in parts, in another case, quoted, or encoded.</summary>
/// <param name="values">The secrets.</param>
internal sealed class SecretForms(IEnumerable<string> values)
{
    /// <summary>A part of this length is a form of the secret: programs cut what they quote.</summary>
    private const int Part = 8;

    private readonly Lazy<(HashSet<string> Parts, List<string> Encoded)> forms = new(() => Of([.. values]));

    /// <summary>Returns whether any form of any secret is in a text.</summary>
    public bool AreIn(string text)
    {
        // Quoting adds backslashes, dumps add blanks and colons, some programs change the case.
        var plain = new string([.. text.Where(c => c is not '\\')]).ToLowerInvariant();
        var dense = new string([.. text.Where(c => !char.IsWhiteSpace(c) && c != ':')]);
        var lower = dense.ToLowerInvariant();
        return Enumerable.Range(0, Math.Max(0, plain.Length - Part + 1)).Any(i => forms.Value.Parts.Contains(plain.Substring(i, Part)))
            || forms.Value.Encoded.Any(form => new[] { dense, lower, plain }.Any(shown => shown.Contains(form, StringComparison.Ordinal)));
    }

    private static (HashSet<string> Parts, List<string> Encoded) Of(List<string> values)
    {
        var parts = new HashSet<string>(StringComparer.Ordinal);
        var encoded = new List<string>();
        foreach (var value in values)
        {
            var lower = value.ToLowerInvariant();
            var reversed = new string([.. lower.Reverse()]);
            for (var i = 0; i + Part <= lower.Length; i++)
            {
                parts.Add(lower.Substring(i, Part));
                parts.Add(reversed.Substring(i, Part));
            }

            if (lower.Length < Part)
            {
                encoded.AddRange([lower, reversed]);
            }

            var bytes = Encoding.UTF8.GetBytes(value);
            encoded.Add(Convert.ToHexStringLower(bytes));
            encoded.Add(Uri.EscapeDataString(value));
            encoded.Add(Uri.EscapeDataString(value).ToLowerInvariant());
            encoded.AddRange(Enumerable.Range(0, 3).Select(offset => Base64(bytes, offset)).Where(form => form.Length >= 4)
                .SelectMany(form => new[] { form, form.Replace('+', '-').Replace('/', '_') }));
        }

        return (parts, encoded);
    }

    /// <summary>Returns the characters of the base64 form that depend on the bytes alone if so many others stand before them.</summary>
    private static string Base64(byte[] bytes, int before)
    {
        var whole = Convert.ToBase64String([.. new byte[before], .. bytes]).TrimEnd('=');
        var first = before == 0 ? 0 : before + 1;
        var last = (before + bytes.Length) * 8 / 6;
        return last > first ? whole[first..last] : "";
    }
}

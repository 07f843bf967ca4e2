using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Provision.Core;

/// <summary>The hardware address of a NIC; text in JSON.</summary>
/// <param name="Bits">The six bytes, the first one most significant.</param>
[JsonConverter(typeof(JsonForm))]
public readonly record struct MacAddress(ulong Bits)
{
    /// <summary>True for an address that no single NIC may have: a group address or all zeros.</summary>
    public bool IsGroupOrZero => Bits == 0 || ((Bits >> 40) & 1) == 1;

    /// <summary>Parses six pairs of hexadecimal digits, upper or lower case, separated by colons or hyphens.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out MacAddress address)
    {
        address = default;
        if (text.Length != 17 || text[2] is not (':' or '-'))
        {
            return false;
        }

        ulong bits = 0;
        for (var i = 0; i < 17; i += 3)
        {
            if ((i > 0 && text[i - 1] != text[2])
                || !byte.TryParse(text.Slice(i, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var pair))
            {
                return false;
            }

            bits = (bits << 8) | pair;
        }

        address = new MacAddress(bits);
        return true;
    }

    /// <summary>Parses an address in the output of a program.</summary>
    /// <exception cref="FormatException">The text is not an address.</exception>
    public static MacAddress Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"\"{text}\" is no MAC address");

    /// <summary>True if two sets of addresses overlap: a machine with some of the addresses is the one known by the others.</summary>
    public static bool AnyOf(IEnumerable<MacAddress> some, IEnumerable<MacAddress> others) => some.Intersect(others).Any();

    /// <summary>Returns lower-case pairs separated by colons, as Linux prints them.</summary>
    public override string ToString() => string.Create(17, Bits, static (text, bits) =>
    {
        for (var i = 0; i < 6; i++)
        {
            var pair = (byte)(bits >> (40 - (8 * i)));
            text[3 * i] = Digit(pair >> 4);
            text[(3 * i) + 1] = Digit(pair & 15);
            if (i < 5)
            {
                text[(3 * i) + 2] = ':';
            }
        }

        static char Digit(int value) => "0123456789abcdef"[value];
    });

    /// <summary>Converts an address to and from JSON text.</summary>
    public sealed class JsonForm : JsonConverter<MacAddress>
    {
        /// <inheritdoc/>
        public override MacAddress Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), out var address)
                ? address
                : throw new JsonException("expected a MAC address");

        /// <inheritdoc/>
        public override void Write(Utf8JsonWriter writer, MacAddress value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}

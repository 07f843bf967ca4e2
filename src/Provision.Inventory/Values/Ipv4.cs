using System.Globalization;

namespace Provision.Inventory;

/// <summary>An IPv4 address.</summary>
/// <param name="Bits">The four bytes, the first in the highest bits.</param>
public readonly record struct Ipv4Address(uint Bits) : IComparable<Ipv4Address>
{
    /// <summary>Parses four decimal numbers separated by dots; short forms and leading zeros are rejected.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ipv4Address address)
    {
        address = default;
        uint bits = 0;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')
                || !byte.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                return false;
            }

            bits = (bits << 8) | value;
        }

        if (parts != 4)
        {
            return false;
        }

        address = new Ipv4Address(bits);
        return true;
    }

    /// <inheritdoc/>
    public int CompareTo(Ipv4Address other) => Bits.CompareTo(other.Bits);

    /// <summary>Returns four decimal numbers separated by dots.</summary>
    public override string ToString() => $"{Bits >> 24}.{(Bits >> 16) & 255}.{(Bits >> 8) & 255}.{Bits & 255}";

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <(Ipv4Address left, Ipv4Address right) => left.Bits < right.Bits;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >(Ipv4Address left, Ipv4Address right) => left.Bits > right.Bits;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator <=(Ipv4Address left, Ipv4Address right) => left.Bits <= right.Bits;

    /// <inheritdoc cref="CompareTo"/>
    public static bool operator >=(Ipv4Address left, Ipv4Address right) => left.Bits >= right.Bits;
}

/// <summary>An IPv4 network: its first address and its prefix length.</summary>
/// <param name="First">The first address; every bit after the prefix is 0.</param>
/// <param name="Prefix">The number of leading bits that all its addresses share, 0 to 32.</param>
public readonly record struct Ipv4Network(Ipv4Address First, int Prefix)
{
    /// <summary>The last address (the broadcast address).</summary>
    public Ipv4Address Last => new((uint)(First.Bits + Size - 1));

    /// <summary>The number of addresses, including the first and the last.</summary>
    public long Size => 1L << (32 - Prefix);

    /// <summary>The number of usable addresses: all but the first and the last.</summary>
    public long Usable => Math.Max(0, Size - 2);

    /// <summary>Parses <c>address/prefix</c>; returns false if the text is malformed or bits after the prefix are set.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out Ipv4Network network)
    {
        network = default;
        var slash = text.IndexOf('/');
        if (slash < 0 || !Ipv4Address.TryParse(text[..slash], out var first)
            || text.Length - slash is < 2 or > 3
            || !int.TryParse(text[(slash + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > 32)
        {
            return false;
        }

        network = new Ipv4Network(first, prefix);
        return (first.Bits & (uint)(network.Size - 1)) == 0;
    }

    /// <summary>Returns true if the address lies in the network.</summary>
    public bool Contains(Ipv4Address address) => address >= First && address <= Last;

    /// <summary>Returns true if the networks share an address.</summary>
    public bool Overlaps(Ipv4Network other) => First <= other.Last && other.First <= Last;

    /// <summary>Returns the address at an offset from the first: 1 is the first usable one.</summary>
    public Ipv4Address At(long offset) => new((uint)(First.Bits + offset));

    /// <summary>Returns <c>address/prefix</c>.</summary>
    public override string ToString() => $"{First}/{Prefix}";
}

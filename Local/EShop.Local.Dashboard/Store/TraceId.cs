using System.Buffers.Binary;
using System.Globalization;

namespace EShop.Local.Dashboard.Store;

/// <summary>The sixteen bytes that all spans of a trace share.</summary>
public readonly record struct TraceId(ulong High, ulong Low)
{
    public bool IsNone => High == 0 && Low == 0;

    public static TraceId Of(ReadOnlySpan<byte> bytes) => bytes.Length == 16
        ? new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]))
        : default;

    /// <summary>The id of a span; none where the bytes are no id.</summary>
    public static ulong SpanIdOf(ReadOnlySpan<byte> bytes) => bytes.Length == 8 ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : 0;

    public static TraceId? Parse(string? text) =>
        text?.Length == 32
        && ulong.TryParse(text.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
        && ulong.TryParse(text.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low)
            ? new(high, low) : null;

    public override string ToString() => $"{High:x16}{Low:x16}";
}

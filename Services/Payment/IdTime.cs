using System.Buffers.Binary;

namespace EShop.Payment;

internal static class IdTime
{
    /// <summary>When an id was made: those of version 7, as all of the shop's are, begin with the milliseconds since 1970.</summary>
    public static DateTimeOffset MadeAt(this Guid id) =>
        DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(id.ToByteArray(bigEndian: true)) >>> 16);
}

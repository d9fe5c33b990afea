using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Flownally.Application.ApiKeys;

/// <summary>From where a call comes: an IPv4 address, or the 64 bits of an IPv6 address that one network has to itself (RFC 6177).</summary>
public readonly record struct AddressBlock(ulong Network, uint Host)
{
    /// <summary>For calls that do not come over the network.</summary>
    public static readonly AddressBlock Local;

    public static AddressBlock Of(IPAddress? address)
    {
        if (address is null)
        {
            return Local;
        }

        Span<byte> bytes = stackalloc byte[16];
        (address.AddressFamily == AddressFamily.InterNetwork ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        return new AddressBlock(BinaryPrimitives.ReadUInt64BigEndian(bytes),
            address.AddressFamily == AddressFamily.InterNetwork || address.IsIPv4MappedToIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) : 0);
    }
}

using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Flownally.Application.ApiKeys;

/// <summary>
/// The network that a call comes from: an IPv4 address, or the first 64 bits of an IPv6 address, which belong to one network (RFC 6177).
/// </summary>
public readonly record struct AddressBlock(ulong Network, uint Host)
{
    /// <summary>For calls from within the process.</summary>
    public static readonly AddressBlock Local;

    public static AddressBlock Of(IPAddress? address)
    {
        if (address is null)
        {
            return Local;
        }

        var isIpv4 = address.AddressFamily == AddressFamily.InterNetwork;
        Span<byte> bytes = stackalloc byte[16];
        (isIpv4 ? address.MapToIPv6() : address).TryWriteBytes(bytes, out _);
        return new AddressBlock(BinaryPrimitives.ReadUInt64BigEndian(bytes),
            isIpv4 || address.IsIPv4MappedToIPv6 ? BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]) : 0);
    }
}

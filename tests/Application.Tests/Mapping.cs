using AutoMapper;

namespace Flownally.Application.Tests;

public sealed class Mapping
{
    /// <summary>With the profiles of the application.</summary>
    public static readonly IMapper Mapper = new Mapper(new MapperConfiguration(mapping => mapping.AddProfiles(typeof(ApplicationServices).Assembly)));

    [Test]
    public void Every_member_of_a_response_has_its_source() => Mapper.ConfigurationProvider.AssertConfigurationIsValid();
}

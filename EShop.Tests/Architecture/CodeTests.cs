using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Xunit;

namespace EShop.Tests.Architecture;

/// <summary>How the code reads, where a machine can tell.</summary>
public sealed class CodeTests
{
    private const int LongFile = 250;

    /// <summary>The files that are longer, and why.</summary>
    private static readonly Dictionary<string, string> MayBeLong = new()
    {
        ["Services/Payment/Payment.cs"] = "everything that can happen to a payment and its refunds, which share their sums and are read as one",
    };

    public static TheoryData<string> Services => [.. House.Services];

    public static TheoryData<string> Shared => [.. House.Shared];

    [Fact]
    public void No_file_is_longer_than_250_lines_without_a_reason() =>
        Assert.Empty(House.Sources.Except(MayBeLong.Keys)
            .Select(path => (Path: path, Lines: File.ReadLines(Path.Combine(House.Root, path)).Count()))
            .Where(file => file.Lines > LongFile)
            .Select(file => $"{file.Path} has {file.Lines} lines"));

    [Theory]
    [MemberData(nameof(Services))]
    public void The_types_of_a_service_are_internal_and_sealed(string service)
    {
        // What EF and Razor generate has no choice of its own, and what a Razor page is given has none either: its parameters are public by the framework's rule.
        var types = House.Assembly(service).GetTypes();
        var printed = types.Where(type => type.IsAssignableTo(typeof(ComponentBase)))
            .SelectMany(page => page.GetProperties().Where(property => property.IsDefined(typeof(ParameterAttribute))))
            .Aggregate(new HashSet<Type>(), (given, parameter) => WithMembers(given, parameter.PropertyType));
        Assert.Empty(types
            .Where(type => type.IsClass && !type.IsAbstract && !type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false) && type.Namespace?.StartsWith("EShop", StringComparison.Ordinal) == true)
            .Where(type => !type.IsAssignableTo(typeof(Migration)) && !type.IsAssignableTo(typeof(ModelSnapshot)) && !type.IsAssignableTo(typeof(ComponentBase)) && type.Name != "_Imports")
            .Where(type => !type.IsSealed || (type.IsPublic && !printed.Contains(type)))
            .Select(type => type.FullName));
    }

    [Theory]
    [MemberData(nameof(Shared))]
    public void Every_public_member_of_a_shared_project_is_documented(string project)
    {
        var documented = XDocument.Load(Path.Combine(AppContext.BaseDirectory, $"{project}.xml")).Descendants("member")
            .Where(member => member.HasElements)
            .Select(member => Regex.Replace(member.Attribute("name")!.Value.Split('(')[0], "`+[0-9]+", ""))
            .ToHashSet();

        Assert.Empty(House.Assembly(project).GetExportedTypes()
            .Where(type => type.Namespace?.StartsWith("EShop", StringComparison.Ordinal) == true)
            .SelectMany(type => Members(type).Prepend($"T:{Name(type)}"))
            .Except(documented));
    }

    private static HashSet<Type> WithMembers(HashSet<Type> known, Type type)
    {
        foreach (var argument in type.GenericTypeArguments)
            WithMembers(known, argument);
        if (type.Namespace?.StartsWith("EShop", StringComparison.Ordinal) == true && known.Add(type))
        {
            foreach (var property in type.GetProperties())
                WithMembers(known, property.PropertyType);
        }

        return known;
    }

    private static IEnumerable<string> Members(Type type)
    {
        const BindingFlags declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        // The members that a record's head declares are told by its <param> tags.
        var head = type.GetConstructors(declared).SelectMany(constructor => constructor.GetParameters()).Select(parameter => parameter.Name).ToHashSet();
        return type.GetProperties(declared).Where(property => !head.Contains(property.Name) && property.GetIndexParameters().Length == 0).Select(property => $"P:{Name(type)}.{property.Name}")
            .Concat(type.GetMethods(declared)
                .Where(method => (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && method.GetBaseDefinition() == method)
                .Where(method => !method.IsDefined(typeof(CompilerGeneratedAttribute)) && !method.Name.Contains('<', StringComparison.Ordinal))
                .Select(method => $"M:{Name(type)}.{method.Name}"))
            .Distinct();
    }

    private static string Name(Type type) => (type.FullName ?? type.Name).Split('`')[0].Replace('+', '.');
}

using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace EShop.Tests.Hosting;

/// <summary>A member as the list of Aspire's public API writes it: types of Aspire in full, others by their short names.</summary>
internal static class ApiText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(int)] = "int",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    public static string Of(MemberInfo member) => member switch
    {
        ConstructorInfo made => $"new({Parameters(made)})",
        MethodInfo method => $"{Static(method)}{Name(method.ReturnType)} {method.Name}{Generic(method)}({Parameters(method)}){Constraints(method)}",
        PropertyInfo property => $"{Static((property.GetMethod ?? property.SetMethod)!)}{Name(property.PropertyType)} {property.Name} {{{Accessors(property)} }}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        _ => member.ToString()!,
    };

    public static string Name(Type type)
    {
        if (type.IsByRef)
            return Name(type.GetElementType()!);
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[]";
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } value)
            return $"{Name(value)}?";
        if (type.IsGenericParameter)
            return type.Name;
        var simple = type.IsNested ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Namespace!.StartsWith("Aspire", StringComparison.Ordinal) ? $"{type.Namespace}.{type.Name}" : type.Name;
        return type.IsGenericType ? $"{simple.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : simple;
    }

    private static string Static(MethodBase method) => method.IsStatic ? "static " : "";

    private static string Generic(MethodInfo method) => method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(Name))}>" : "";

    private static string Accessors(PropertyInfo property)
    {
        var set = property.SetMethod is not { IsPublic: true } setter ? ""
            : setter.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) ? " init;" : " set;";
        return (property.GetMethod is null ? "" : " get;") + set;
    }

    private static string Parameters(MethodBase method)
    {
        var extends = method.IsDefined(typeof(ExtensionAttribute));
        return string.Join(", ", method.GetParameters().Select((parameter, i) =>
            $"{(extends && i == 0 ? "this " : "")}{(parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{(parameter.IsOut ? "out " : parameter.ParameterType.IsByRef ? "ref " : "")}"
            + $"{Name(parameter.ParameterType)} {parameter.Name}{Default(parameter)}"));
    }

    private static string Default(ParameterInfo parameter) => !parameter.HasDefaultValue ? "" : parameter.DefaultValue switch
    {
        null => " = null",
        bool value => value ? " = true" : " = false",
        string text => $" = \"{text}\"",
        Enum value => string.Create(CultureInfo.InvariantCulture, $" = {Convert.ToInt32(value, CultureInfo.InvariantCulture)}"),
        var other => string.Create(CultureInfo.InvariantCulture, $" = {other}"),
    };

    private static string Constraints(MethodInfo method) => string.Concat(method.GetGenericArguments().Select(Constraint));

    private static string Constraint(Type parameter)
    {
        var limits = new List<string>();
        var attributes = parameter.GenericParameterAttributes;
        if (attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint))
            limits.Add("class");
        limits.AddRange(parameter.GetGenericParameterConstraints().Select(Name));
        if (attributes.HasFlag(GenericParameterAttributes.DefaultConstructorConstraint))
            limits.Add("new()");
        return limits.Count == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", limits)}";
    }
}

/** The one document of this interface; it has no page on the web. */
const title = '《微信医保支付 对接移动医疗平台（医院）接口文档》V2.4'

/** A chapter of it. */
export function chapter<const Number extends string>(number: Number) {
  return `${title} ${number}` as const
}

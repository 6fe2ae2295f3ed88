import { rolldown } from 'rolldown'
const b=await rolldown({input:{w:process.argv[2]},platform:'node',external:/^[^./]/,logLevel:'silent'})
const {output}=await b.generate({format:'esm',minify:{mangle:false,compress:false,codegen:true}})
for(const c of output.filter(c=>c.type==='chunk')){console.log('##',c.fileName,c.code.length); if(!c.isEntry&&!c.fileName.startsWith('w'))continue; for(const [m,i] of Object.entries(c.modules).map(([m,i])=>[m.replace(process.cwd(),''),i.renderedLength]).sort((a,b)=>b[1]-a[1]).slice(0,70)) console.log(String(i).padStart(7),m)}
